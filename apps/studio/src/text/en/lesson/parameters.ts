export const parameters = {
  "title-parameters": "Not a point, but a cloud",
  "lead-parameters":
    "The first idea of the variational autoencoder: the encoder does not name one place for a picture, but a whole region of places.",
  "h-blot": "The encoder describes a distribution",
  blot: `A plain encoder says: “this picture is at (0.8, −1.2)”. The encoder of a **variational autoencoder**, VAE for short, says: “it is **around** (0.8, −1.2), give or take 0.1 one way and 0.3 the other”.

That is a **distribution**: a rule for drawing random points, some places more likely than others. We use the **normal distribution**, the bell curve. It has two **parameters** for each number of the code:

- the **mean** $mu$: where the middle of the cloud is;
- the **standard deviation** $sigma$: how wide it is. Its square $variance$ is called the **variance**.`,
  "say-posterior":
    "Read: given the picture x, the code z is spread normally, with a mean and a variance that the encoder computes from x. 𝒩 stands for “normal distribution”, and q(z|x), the picture's cloud, is called the posterior.",
  "blot-why": `To draw the picture again, we **draw a random point from the cloud** and give that to the decoder. Next time the same picture is used we draw another point.

So during training the decoder meets not one point a picture, but the whole cloud around it. It has to draw the same “7” everywhere in the cloud. **That is what closes the holes**: every picture now takes care of a region.

But what keeps the encoder from making its clouds so small that they are points again? Nothing yet. Steps 4 and 5 see to that.`,
  "d-draws": "One picture, drawn again and again",
  "d-draws-note":
    "Each ellipse is the cloud of one test digit, one standard deviation each way. (This model is trained with a loss that we come to in step 5.)",
  "draws-plane":
    "Codes as ellipses; the chosen picture's ellipse is outlined, and drawn points are black dots",
  "draws-picture": "The chosen test digit",
  "draws-example": "Which test digit",
  "draws-mean": "mean (z₁, z₂)",
  "draws-deviation": "standard deviation",
  "draws-draw": "Draw 8 points from its cloud",
  "draws-strip": "The 8 points, decoded",

  "h-logvar": "Why the logarithm of the variance?",
  "logvar-text": `A network's output can be any number, also a negative one. A mean may be any number. A variance may not: it has to be above 0.

So we let the network put out the **logarithm** of the variance, which may be anything, and undo it with the exponential function, which is always above 0. That is all there is to “log-variance”.`,
  "say-exp": "Half the log-variance, and the exponential of it, is the standard deviation.",
  "d-logvar": "Any number makes a valid width",
  logvar: "What the network puts out: log σ²",
  "logvar-picture": "A bell curve with standard deviation {{deviation}}",

  "q-count": "A code has 2 numbers. How many numbers does the encoder of the VAE put out for a picture?",
  "q-count-1": "2",
  "q-count-1-why":
    "Two would be enough to name a place. It also has to say how wide the cloud is, in each direction.",
  "q-count-2": "784",
  "q-count-2-why": "That is the number of pixels, which is what the decoder puts out.",
  "q-count-3": "4",
  "q-count-3-why": "Two means and two log-variances: twice the size of the code.",
  "q-logvar": "The network puts out a log-variance of 0. How wide is the cloud?",
  "q-logvar-1": "Its standard deviation is 1",
  "q-logvar-1-why":
    "The exponential of 0 is 1. A log-variance below 0 makes the cloud narrower than that, above 0 wider.",
  "q-logvar-2": "Its standard deviation is 0: it is a point",
  "q-logvar-2-why": "For a width of 0 the log-variance would have to be minus infinity. Try the slider at 0.",
  "q-logvar-3": "That is not allowed",
  "q-logvar-3-why": "Every number is allowed: that is why the logarithm is used.",
} as const;
