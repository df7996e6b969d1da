export const autoencoder = {
  "title-autoencoder": "Squeeze a picture into two numbers",
  "lead-autoencoder":
    "Before the variational autoencoder comes the plain one. It compresses well, and it can't draw. Seeing why tells us what is missing.",
  "h-squeeze": "Two networks, back to back",
  squeeze: `A picture of a handwritten digit is a list of numbers: 28 × 28 pixels make 784 brightnesses from 0 to 1. We call that list $x$.

An **autoencoder** is two neural networks: calculations with thousands of adjustable numbers in them. The **encoder** turns $x$ into a very short list, the **code** $z$. Here a code is just two numbers. They are also called **latent**, hidden, since no picture shows them. The **decoder** gets nothing but the code and has to draw the picture again. What it draws we call $y$.`,
  "say-autoencoder": "A picture goes in, two numbers are in the middle, a picture comes out.",
  "squeeze-loss": `Nobody tells the networks what the two numbers should mean. They are only scored on one thing: how far is $y$ from $x$, pixel by pixel? **Training** means changing the adjustable numbers a little, again and again, so that this score, the **loss**, falls.`,
  "say-mse": "The mean squared error: take the difference in each of the N pixels, square it, and average.",
  "squeeze-note":
    "A detail: the model on this page is scored by cross-entropy, which suits brightnesses between 0 and 1 better. Like the squared error it is smallest when picture and drawing are the same. Step 5 says what it means.",
  "d-autoencoder": "A real one, trained on this page",
  "d-autoencoder-note":
    "Trained on 5,000 digits of MNIST, a well-known collection. Each dot is the code of one test digit, which was kept out of the training, in the colour of its digit. Nobody told the model which digit is which: it sorts them by itself. Training takes about half a minute, and waits while it is out of sight.",
  "autoencoder-plane":
    "The codes of a thousand test digits in the plane of the two numbers, coloured by digit",

  "h-holes": "Can we use the decoder to draw new digits?",
  holes: `It is tempting: throw the encoder away, choose two numbers, and let the decoder draw. That is called **decoding** them. Try it: move over the plane and watch the picture. Then let the button choose places at random.

Among the dots you get digits. **In the gaps between them** you get mixtures, half of this and half of that. **Outside**, which is nearly everywhere, you get the same few hard shapes again and again, or broken pieces, and most digits never turn up. The decoder was never asked to draw anything for those places, so nothing has made it sensible there.

And which two numbers would you choose? The codes lie wherever training happened to put them: this far out, that crooked. There is no recipe for picking a point that is likely to be good.

So a plain autoencoder lacks two things:

- **No holes**: places near each other should decode to similar, sensible pictures.
- **A known address**: the codes should lie in a region we know, so that we can draw a random point from it.

The next steps get us both.`,
  "d-holes": "Decode any place",
  "d-holes-note":
    "Point at the plane or use the sliders. The button draws places from the whole plane, each as likely as any other.",
  "holes-plane": "The plane of codes; a place in it is decoded",
  "holes-picture": "The picture decoded at this place",
  "holes-draw": "Decode twelve random places",
  "holes-strip": "Places 1 to 12, decoded",

  "q-code": "What does the decoder get to see when it draws a picture?",
  "q-code-1": "The original picture",
  "q-code-1-why": "Then it could simply copy. The point is that everything has to pass through the code.",
  "q-code-2": "Only the code, here two numbers",
  "q-code-2-why":
    "So whatever the drawing needs has to be in those two numbers. That is what forces the encoder to find a good summary.",
  "q-code-3": "The code and which digit it is",
  "q-code-3-why": "Nobody tells it the digit. The colours in the plot are for our eyes only.",
  "q-holes": "Why is the decoder of a plain autoencoder a poor generator of new digits?",
  "q-holes-1": "It has not been trained for long enough",
  "q-holes-1-why":
    "Longer training makes the drawings at the codes sharper. It still says nothing about the places between them.",
  "q-holes-2": "Two numbers are too few for a digit",
  "q-holes-2-why":
    "More numbers give sharper copies, but an even larger space, most of it empty. The problem stays.",
  "q-holes-3": "Most places have no code near them, and nothing ever asked it to draw well there",
  "q-holes-3-why":
    "The loss looks only at the codes themselves. Everywhere else the decoder may draw what it likes.",
} as const;
