export const distributions = {
  "title-distributions": "The bell is only one choice",
  "lead-distributions":
    "The code, the latent variable, may follow any distribution. The shape of the codes follows along.",
  "h-shapes": "Choose the shape of the space",
  "shapes-text": `Nothing in the recipe needs the bell. What a VAE needs is:

- a distribution for each picture, the **posterior**, from which one can draw so that gradients pass;
- a **prior**, and a way to measure how far the posterior is from it.

Choose other ones, and the codes live in another space. Directions have no beginning and no end, so for angles of a turning object a **circle** fits better than a plane. Where every place should be equally likely, take a **square** with a uniform prior. You can even **draw** the prior by hand.

Train some of them. The pictures below are always decoded from random points of the prior.`,
  "shapes-note":
    "Honest details: on circle and sphere a dot is the mean of its cloud, which lies inside when the cloud is wide. The square's prior is uniform, and its posterior a Kumaraswamy distribution, a curve between 0 and 1 that bends easily. A drawn prior has points but no formula, so a distance between clouds of points takes the place of the KL.",
  "d-shapes": "Codes in other spaces",
  "d-shapes-note": "Dashed or in amber: the prior.",
  "shape-which": "Distribution",
  "shape-normal": "Normal",
  "shape-circle": "Circle",
  "shape-sphere": "Sphere",
  "shape-square": "Square",
  "shape-laplace": "Laplace",
  "shape-heart": "Drawn",
  "shape-normal-about":
    "The normal distribution, as before: codes fill a round region, densest in the middle.",
  "shape-circle-about":
    "The von Mises–Fisher distribution is the bell of the circle. All that a code can say is a direction: one number, without ends.",
  "shape-sphere-about":
    "The same on a sphere: every place is like every other, there is no middle to crowd into. Turn it with the slider.",
  "shape-square-about":
    "A uniform prior: every place of the square is as likely as every other, and outside there is nothing.",
  "shape-laplace-about":
    "The Laplace distribution is pointed in the middle, with long arms: codes far out are cheaper than under the bell. The plot shows a wider plane.",
  "shape-heart-about":
    "A prior that somebody has drawn. Watch the codes flow into the heart. The Paint screen does this with your own drawing.",
  "shape-plane": "Codes of a thousand test digits in the chosen space",
  "shape-turn": "Turn the sphere",

  "q-families": "When would a circle be a better space for codes than the plane with a bell?",
  "q-families-1": "When there is a lot of data",
  "q-families-1-why": "The amount does not decide it. The question is what kind of thing the data vary in.",
  "q-families-2": "When training is too slow",
  "q-families-2-why": "The space has little to do with speed.",
  "q-families-3": "When what varies is something like an angle, which comes round to where it began",
  "q-families-3-why":
    "On the plane 359° and 1° would lie apart, or the decoder would have to join the ends. On the circle they are neighbours.",
} as const;
