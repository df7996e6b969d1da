export const generate = {
  "title-generate": "Now it can draw",
  "lead-generate":
    "The reward: throw the encoder away, pick a point, and get a digit that nobody has ever written.",
  "h-generate": "Draw from the prior, decode, done",
  "generate-text": `The KL has kept all clouds within the standard bell, and the random draws have closed the holes between them. So the recipe that we lacked in step 1 is now simple:`,
  "say-generate":
    "Draw two numbers from the standard normal distribution. The decoder, written g here, makes a picture of them.",
  "generate-look": `The large picture shows the whole plane at once: each tile is decoded at its place. Digits turn into each other without gaps. Drag slowly from one digit to another and watch it change on the way.

The tiles in the middle are the likely ones, since the bell is highest there; at the rim a random point rarely comes by.

Some tiles are still doubtful: between two digits there has to be something that is half of each. Two numbers are also very few. With 20 the drawings are much better, but one can't look at the plane any more.`,
  "generate-note":
    "A point decodes to brightnesses: the expected picture, a little blurred. The 5,000 digits and the small network of this page do the rest. The models of the Train screen do better.",
  "d-pad": "Walk through the plane",
  "d-pad-note": "If you have trained β = 1 before, this is that model.",
  "pad-plane": "The plane from −2.5 to 2.5, each tile decoded at its place",
  "pad-picture": "The digit at this point",
  "pad-drawn": "Sixteen random points of the prior, decoded",
  "pad-again": "Draw sixteen others",

  "q-generate": "What is needed to generate a new digit with a trained VAE?",
  "q-generate-1": "Encoder, decoder and a picture to start from",
  "q-generate-1-why": "That makes a copy of the picture. A new digit needs less.",
  "q-generate-2": "A random point of the prior and the decoder",
  "q-generate-2-why": "The encoder has done its work in training: the codes are where the prior is.",
  "q-generate-3": "The decoder alone",
  "q-generate-3-why": "It also needs a point to decode, and that is drawn from the prior.",
} as const;
