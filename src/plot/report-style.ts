/**
 * The report's whole style sheet. Page colours are those of the charts' paper (chart.ts) in both themes, so
 * that charts stand on the page without a frame.
 */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--paper:#ffffff;--ink:#1f2937;--soft:#667085;--line:#e4e7ec;--tint:#f7f8fa;
--warn:#b54708;--warn-tint:#fffaeb;--warn-line:#f5b83d}
@media (prefers-color-scheme:dark){:root{--paper:#17191e;--ink:#e5e7eb;--soft:#9aa3b2;--line:#2e323b;
--tint:#1e2128;--warn:#fbc66b;--warn-tint:#2a2317;--warn-line:#8f6a1d}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:64rem;margin:0 auto;padding:clamp(2rem,6vw,4.5rem) clamp(1.25rem,4vw,2rem) 4rem}
h1{font-size:clamp(1.75rem,4vw,2.4rem);line-height:1.2;letter-spacing:-.02em;font-weight:650;margin:0}
h2{font-size:1.25rem;line-height:1.3;letter-spacing:-.01em;font-weight:650;margin:3.5rem 0 1.1rem}
h3{font-size:1rem;line-height:1.4;font-weight:650;margin:0 0 .75rem}
p{margin:.5rem 0 0;max-width:44rem}
.subtitle{font-size:1.08rem;color:var(--soft)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1.5rem 2rem;
margin:2.5rem 0 0;padding:1.6rem 0;border-block:1px solid var(--line)}
.figures div{display:flex;flex-direction:column}
.figures dt{font-size:.875rem;color:var(--soft)}
.figures dd{margin:0}
.value{font-size:1.75rem;line-height:1.3;font-weight:600;letter-spacing:-.02em;font-variant-numeric:tabular-nums;
overflow-wrap:anywhere}
.unit{font-size:.875rem;color:var(--soft)}
.warnings{margin:2rem 0 0;padding:1rem 1.25rem;background:var(--warn-tint);border-left:4px solid var(--warn-line);
border-radius:0 .5rem .5rem 0}
.warnings h2{margin:0;font-size:1rem;color:var(--warn)}
.warnings ul{margin:0;padding:0;list-style:none}
.warnings li{margin-top:.35rem;overflow-wrap:anywhere}
figure{margin:0 0 3rem}
figure:last-child{margin-bottom:0}
figcaption,.caption{margin-top:.75rem;max-width:44rem;font-size:.925rem;color:var(--soft)}
.scroll{overflow-x:auto}
.scroll:focus-visible,summary:focus-visible{outline:2px solid #3b76e0;outline-offset:3px;border-radius:.25rem}
img{display:block;max-width:100%;height:auto}
.raster{border-radius:.375rem}
.bleed{margin:-12px -20px}
table{border-collapse:collapse;font-size:.925rem;font-variant-numeric:tabular-nums;min-width:min(100%,32rem)}
th,td{padding:.4rem 2rem .4rem 0;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}
th{font-weight:500;color:var(--soft)}
th.number,td.number{text-align:right}
th:last-child,td:last-child{padding-right:0}
summary{cursor:pointer;color:var(--soft);font-size:.925rem;padding:.25rem 0}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:0 3rem}
dl.pairs{margin:0;font-size:.925rem}
.pairs div{display:flex;justify-content:space-between;gap:1.5rem;padding:.38rem 0;border-bottom:1px solid var(--line)}
.pairs dt{color:var(--soft);flex:none;max-width:50%;overflow-wrap:anywhere}
.pairs dd{margin:0;text-align:right;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
footer{margin-top:4rem;font-size:.875rem;color:var(--soft)}
@media (max-width:44rem){.chart{min-width:30rem}.wide{min-width:46rem}}
@media print{main{padding:0}figure,.figures,.warnings,tr{break-inside:avoid}}
`;
