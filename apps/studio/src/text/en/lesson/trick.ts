export const trick = {
  "title-trick": "How to learn through a roll of the dice",
  "lead-trick":
    "Between encoder and decoder a random point is drawn. Training needs to see through that draw. A small rearrangement makes it possible.",
  "h-gradient": "Training follows gradients",
  gradient: `How does training know which way to change the networks? For each adjustable number in them it asks: “if you grew a little, would the loss rise or fall, and how fast?” The answer is called the **gradient**. Every number is then moved a small step in the direction that lowers the loss.

To get these answers, one goes through the computation **backwards**, from the loss through the decoder to the code, and on to the encoder.

But between them stands a random draw. “If the mean grew a little, how would the random point change?” A random generator has no answer to that. **The way back ends there**, and the encoder learns nothing from the drawing.`,
  "d-flow": "The way forward and the way back",
  "flow-before": "The draw as a black box: the gradient ends here.",
  "flow-after": "The draw rearranged: the randomness comes from the side.",
  "flow-open":
    "Encoder, then z = mu + sigma times eps, then decoder. The gradient goes back from the decoder through z to the encoder; the noise eps enters from the side.",
  "flow-stopped":
    "Encoder, then a random draw of z, then decoder. The gradient comes back from the decoder and ends at the draw.",
  "flow-encoder": "encoder",
  "flow-decoder": "decoder",
  "flow-gradient": "gradient",
  "flow-none": "no way on",

  "h-trick": "The reparameterisation trick",
  "trick-text": `Draw the randomness **first**, from a bell that never changes: mean 0, standard deviation 1. Call it the noise $eps$. Then stretch it by $sigma$ and move it by $mu$.`,
  "say-trick": "Mean plus standard deviation times noise.",
  "trick-arrows": `The points come out exactly as if they were drawn from the wanted cloud. But now $z$ is plain arithmetic, and “what if?” has an answer. The arrows in the picture show it:

- push $mu$ up, and $z$ moves along **by the same amount**;
- push $sigma$ up, and $z$ moves by $eps$ **times that amount**: outward, away from the mean. With negative noise that is to the left.`,
  "say-gradients":
    "How fast z changes when the mean grows is 1; when the standard deviation grows, it is the noise. (The curly d: a derivative in which everything else is held still.)",
  "trick-chain": `So the gradient gets across: the way back brings “how fast the loss changes with $z$”. Times 1 it tells how the loss changes with $mu$, times $eps$ how it changes with $sigma$. From there it goes on into the encoder.

The noise itself is not learned. It is just a number that came from outside, different each time.`,
  "d-trick": "Noise, stretched and moved",
  "d-trick-note":
    "Try negative noise and watch the green arrow turn round. Try noise near 0: then the width hardly matters.",
  "trick-noise": "noise, always the same bell",
  "trick-code": "code of this picture",
  "trick-picture":
    "Noise {{eps}} from the standard bell becomes z = {{mu}} + {{sigma}} times {{eps}} = {{z}} in the bell of the code",
  "trick-mu": "Mean μ",
  "trick-logvar": "Log-variance log σ²",
  "trick-eps": "Noise ε",
  "trick-again": "Draw new noise",
  "trick-push-mu": "push μ by 0.8",
  "trick-push-sigma": "push σ by 0.8",

  "h-stopped": "And without it?",
  "stopped-text": `Here is the same model twice. In the second one the gradient is **stopped at the draw**, as if the point came from a black box. Both are scored on their drawings only.

Train one, then switch and train the other. With the trick, the codes spread out and sort themselves. (Their clouds shrink almost to points: nothing in this score keeps them wide.) Without it **they stay where they were at the start, to the last decimal**: mean and width get no gradient, so the encoder never changes. The decoder sees codes that tell it nothing, and settles for the average of all digits.`,
  "stopped-note":
    "Honest detail: there are other ways to learn through a random draw (the “score function” estimate, known as REINFORCE). They work without the trick, but their gradients are far noisier.",
  "d-stopped": "With and without the trick, trained for real",
  "d-stopped-note": "“Moved” compares the codes with those before the first step of training.",
  "stopped-which": "Gradient",
  "stopped-open": "With the trick",
  "stopped-stopped": "Gradient stopped",
  "stopped-plane": "The codes of a thousand test digits",
  "stopped-moved": "codes moved, on average, by",
  "stopped-deviation": "mean width σ of the clouds",

  "q-nudge": "The noise happens to be ε = −1. What does a slightly larger σ do to z?",
  "q-nudge-1": "z moves to the left, towards smaller numbers",
  "q-nudge-1-why":
    "The change of z is ε times the change of σ, and ε is negative. Seen from the mean, z moves outward.",
  "q-nudge-2": "z moves to the right, towards larger numbers",
  "q-nudge-2-why": "That is so for positive noise. Set the noise slider to −1 and look at the green arrow.",
  "q-nudge-3": "Nobody can say, it is random",
  "q-nudge-3-why": "Once ε is drawn it is just a number. That is the whole point of the trick.",
  "q-stopped": "Without the trick, what does the encoder learn from the drawing error?",
  "q-stopped-1": "The means, but not the widths",
  "q-stopped-1-why": "Neither: z is a black box for both of them.",
  "q-stopped-2": "Nothing",
  "q-stopped-2-why":
    "The gradient ends at the draw. The decoder still learns, but from codes that say nothing.",
  "q-stopped-3": "The same, only more slowly",
  "q-stopped-3-why": "A gradient of 0 does not become anything by waiting. The codes did not move at all.",
} as const;
