export const simple = {
  "title-simple": "The obvious loss, and why it fails",
  "lead-simple":
    "We want good drawings and tidy codes. Let us write down the first loss that comes to mind, train with it, and watch it go wrong.",
  "h-simple": "Two wishes, added up",
  "simple-text": `What do we want?

- The drawing should be like the picture.
- The codes should lie in a region that we know. We choose the bell with mean 0 and standard deviation 1, the **standard normal distribution**. It is called the **prior**: what we expect of a code before we have seen any picture.

The obvious way: take mean squared errors of everything. Picture against drawing; mean against 0; variance against 1. Add them up.`,
  "say-simple":
    "E is the loss. The first part is the error of the drawing, averaged over N = 784 pixels. The second is how far the D = 2 means are from 0 and the variances from 1, averaged too.",
  "simple-try": `It looks fair. Train it, and watch the dots and the drawings.`,
  "d-simple": "The simple loss, trained for real",
  "d-simple-note":
    "Dashed circles: one and two standard deviations of the prior. Ellipses: the clouds of single pictures, as in step 2.",
  "simple-mse": "error of the drawing",
  "simple-mean": "means against 0",
  "simple-variance": "variances against 1",
  "simple-plane": "The codes of a thousand test digits, which fall together on one point",

  "h-collapse": "What happened?",
  collapse: `**All codes fell on one point**, the very middle, and every cloud became the whole prior. The second part of the loss is perfect: means 0, variances 1. But now all pictures have the same code. The decoder can't tell them apart, and draws one and the same grey blur: the average of all digits. This is called **posterior collapse**.

The error of the drawing stops at about 0.067. With the whole of MNIST it stops at 0.0675, and no patience will lower it.

Why did training choose this? Look at the prices. Good codes could lower the drawing's error from 0.0675 to about 0.04: **a gain of under 0.03**, because it is an average over 784 pixels, most of them black anyway. For that, codes would have to lie apart and be narrow, which **costs about 1**. No one pays 1 to save 0.03.

The idea was right. The **exchange rate** between the two wishes was made up. The next step finds the right one.`,
  "d-budget": "What would useful codes cost?",
  "d-budget-note":
    "To be told apart, codes must lie further apart than their clouds are wide: spread well above width. Try to find such a pair that costs less than it gains.",
  "budget-gain": "the most that good codes can save",
  "budget-price": "what they cost under the simple loss",
  "budget-gain-short": "saved at most",
  "budget-price-short": "price",
  "budget-spread": "Spread of the means",
  "budget-width": "Width σ of the clouds",
  "budget-readable": "spread ÷ width",
  "budget-picture": "Bars: useful codes cost {{price}} and can save at most {{gain}}",

  "q-collapse": "Why does the simple loss make all codes the same?",
  "q-collapse-1": "The network is too small to do better",
  "q-collapse-1-why": "The same network sorted the digits well in step 1. Only the loss is different.",
  "q-collapse-2": "Useful codes would cost far more than the better drawing saves",
  "q-collapse-2-why":
    "The drawing's error is averaged over 784 pixels and so counts for very little. The cheapest thing is to give up on it.",
  "q-collapse-3": "Random draws make learning impossible",
  "q-collapse-3-why": "They don't: the model of step 2 draws at random too, and its codes are fine.",
} as const;
