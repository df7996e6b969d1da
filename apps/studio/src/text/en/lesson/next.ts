export const next = {
  "title-next": "Say it in your own words, then go on",
  "lead-next": "You have seen all the parts. One last look at the whole, and then it is your turn.",
  "h-words": "The whole, once more",
  words: `A VAE learns to draw by learning to copy through a narrow code.

The encoder gives each picture a cloud: a mean and a log-variance for each number of the code.

A point is drawn from the cloud as mean + deviation × noise, so that gradients pass.

The decoder draws the picture from that point. The **reconstruction** term makes it a good copy.

The **KL** term keeps every cloud near the prior.

So a random point of the prior decodes to something new and sensible.`,
  "own-words": "What do the two terms do?",
  "own-words-note": "Explain it as you would to a friend. Nothing you write leaves this page or is kept.",
  "own-rebuild": "Reconstruction…",
  "own-order": "KL…",
  "own-compare": "Compare with ours",
  "own-answer": `**Reconstruction** asks that the picture can be drawn again from any point of its cloud. It pushes clouds of different pictures apart and makes them narrow: codes that say a lot.

**KL** asks that each cloud be like the prior. It pulls clouds to the middle and makes them wide: codes that are tidy and have no holes between them, so that one can draw from the prior and decode.

If yours says “one wants codes that tell pictures apart, the other wants codes that look like the prior, and training balances them”, you have it.`,
  "h-own": "Your own data",
  own: `Everything on this page works with other data too. Pictures of any kind, tables, arrays of numbers: put them in a folder or a file, and train. A few hints:

- Begin with a small code: two numbers to look at, 10 to 30 for good drawings.
- Watch both terms. A KL near 0 is the collapse of step 4. A KL that keeps growing while generated pictures get worse means that codes run away.
- The measure of reconstruction should fit the data: brightnesses between 0 and 1 here, other distributions for counts, measurements or categories.`,
  "h-ways": "Where to go on",
  "way-train": "Train with all settings and all of MNIST, or your own data, and watch every curve.",
  "way-paint": "Draw a shape by hand, and see the codes flow into it.",
  "way-explore": "Walk through a trained model: drag, interpolate, draw a digit, export.",
  "way-compare": "Two models side by side: the same noise, decoded by each.",

  "q-terms":
    "A friend trains a VAE. All generated pictures are the same blur, and the KL is 0.00. What do you say?",
  "q-terms-1": "“Reconstruction is too strong; give the KL more weight.”",
  "q-terms-1-why": "The KL is 0 already: every cloud is exactly the prior. It can't be obeyed any better.",
  "q-terms-2": "“It has collapsed: the codes say nothing. Give the KL less weight, at least at first.”",
  "q-terms-2-why":
    "With a smaller weight, or one that grows slowly, reconstruction gets the chance to pull the clouds apart.",
  "q-terms-3": "“A KL of 0 is perfect; just wait.”",
  "q-terms-3-why":
    "A KL of 0 means that a code carries no information at all about its picture. There is nothing to wait for.",
} as const;
