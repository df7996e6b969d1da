export const elbo = {
  "title-elbo": "The ELBO: two forces in balance",
  "lead-elbo":
    "The loss that works has two parts again. This time both are measured in the same currency, and they pull in opposite directions.",
  "h-two": "One pulls apart, one pulls together",
  two: `The loss of a VAE is a sum of two terms:

- **Reconstruction**: how surprised is the decoder, on average, by the true picture when it gets a point from the picture's cloud? Small if the drawing is good.
- **KL**: how different is the picture's cloud from the prior, the standard bell? Zero if it is the same.

“Surprised” can be measured. Read each brightness that the decoder draws as the probability of a white pixel. Together they give the true picture a probability, and the surprise is **minus its logarithm**: 0 for what was certain, large for what seemed unlikely. This is the cross-entropy of step 1.`,
  "say-loss": "The loss. Its negative is called the ELBO; a low loss is a high ELBO.",
  "two-after": `Both are logarithms of probabilities, and so both are counted in **nats**, a unit of information like the bit (1 nat is about 1.44 bits). And both are **summed, not averaged**, over pixels and over code numbers. So the exchange rate is no longer made up: one nat of doubt about the picture weighs as much as one nat of code.

See what they do to the two codes A and B of a tiny world with only two pictures:

- **Reconstruction pushes the clouds apart and makes them narrow.** Then the decoder never mixes the pictures up.
- **KL pulls every cloud back to the middle and makes it as wide as the prior.**

They come to rest where the two are equal. The slider $beta$ says how much the KL counts. The real ELBO has $beta$ = 1. Push it up to 10: A and B fall together, which is the collapse of step 4.`,
  "d-forces": "A world with two pictures",
  "d-forces-note":
    "The arrows are the two forces on the means. A simplified model, computed exactly: codes are one number, and the decoder is the best there can be.",
  "forces-picture": "Two bells at minus and plus {{m}}, of width {{s}}, and the prior's bell, dashed",
  "forces-rebuild": "reconstruction",
  "forces-beta": "Weight of the KL",
  "forces-go": "Let the forces work",
  "forces-sum": "loss",

  "h-kl": "The KL, looked at closely",
  "kl-text": `**KL** is short for Kullback–Leibler divergence. It measures how far one distribution is from another: 0 if they are the same, and more the more they differ. For bell curves there is a short formula for each number of the code:`,
  "say-kl":
    "Half the squared mean, plus what the width costs. Zero only for mean 0 and standard deviation 1.",
  "kl-after": `One part punishes a **place** away from the middle. The other punishes a **width** other than 1. A very narrow cloud is expensive: it says precisely where a picture is, and precision is information. Seen so, **KL is the amount of information that a code carries**.`,
  "d-kl": "How far from the prior?",
  "d-kl-note": "Solid: the cloud of one picture. Dashed: the prior. Find the place where the KL is 0.",
  "kl-picture":
    "A bell with mean {{mu}} and standard deviation {{sigma}} beside the standard bell: KL {{kl}} nats",
  "kl-place": "place",
  "kl-width": "width",

  "h-beta": "The same on real digits",
  "beta-text": `Now train the real model three times and compare.`,
  "say-betaloss": "With beta = 1 this is the ELBO's loss.",
  "beta-look": `- $beta$ = **0**: only reconstruction. Copies are the best of the three, but the codes run far away and the clouds shrink to points. Random points from the prior all land in the small circles, among a few of the codes, so only a few kinds of digit come out, and poor ones. We are back at the plain autoencoder.
- $beta$ = **1**: the balance. Codes fill the circles of the prior, clouds touch, and random points decode to digits.
- $beta$ = **10**: the KL wins. Clouds grow into each other, codes say little, and drawings blur. Here one of the two numbers is even given up: in that direction all means are near 0 and all clouds as wide as the prior.`,
  name: `Why the name? One would like to make the probability $px$ of the real pictures as high as possible. It can't be computed, but a **lower bound** of its logarithm, the “evidence”, can. That bound is this sum with its sign turned round: the **E**vidence **L**ower **BO**und.`,
  "say-elbo":
    "How well the picture is explained by points of its cloud, on average, minus how far the cloud is from the prior. Training makes this large.",
  "name-note":
    "The proof of the bound takes half a page and is not needed for what follows. “Reconstruction” above is the first term with its sign turned round: 𝔼 is the average over points z of the picture's cloud q(z|x), and p(x|z) the probability that the decoder gives the true picture x at the point z. p(z) is the prior.",
  "d-beta": "Train with β = 0, 1 and 10",
  "d-beta-note":
    "Dashed circles: one, two and three standard deviations of the prior. Reconstruction and KL in nats a picture.",
  "beta-which": "Weight of the KL",
  "beta-start": "Train with β = {{beta}}",
  "beta-plane": "Codes of a thousand test digits with some of their clouds, and the prior's circles",

  "q-rebuild": "What does the reconstruction term do to the clouds?",
  "q-rebuild-1": "It pushes them apart and makes them narrow",
  "q-rebuild-1-why": "The decoder draws best when no two pictures share a place.",
  "q-rebuild-2": "It pulls them to the middle",
  "q-rebuild-2-why":
    "That is the other one. In the middle all pictures would share a place, and the drawing would be bad.",
  "q-rebuild-3": "It acts on the decoder only",
  "q-rebuild-3-why": "Thanks to the trick of step 3 its gradient reaches the encoder too.",
  "q-order": "What does the KL term do?",
  "q-order-1": "It makes the drawings sharper",
  "q-order-1-why": "Rather the reverse: the larger its weight, the blurrier the drawings.",
  "q-order-2": "It makes every cloud a point in the middle",
  "q-order-2-why":
    "To the middle, yes, but not to a point: a narrow cloud has a high KL. Try it with the slider of the log-variance.",
  "q-order-3": "It pulls every cloud towards the prior: mean 0, width 1",
  "q-order-3-why": "That keeps the codes in a region we know, without holes.",
  "q-beta": "You want to generate digits from random points of the prior, but β is 0. What goes wrong?",
  "q-beta-1": "All digits look the same",
  "q-beta-1-why": "That is what a KL that is too strong does. With β = 0 the codes carry a lot.",
  "q-beta-2":
    "The codes are not where the prior is, so most random points land in places the decoder does not know",
  "q-beta-2-why": "Nothing keeps the codes near the prior. It is the plain autoencoder of step 1 again.",
  "q-beta-3": "Nothing: a good drawing is all that counts",
  "q-beta-3-why":
    "Copies are as good as they get, new digits are not. Look at the generated pictures under β = 0.",
} as const;
