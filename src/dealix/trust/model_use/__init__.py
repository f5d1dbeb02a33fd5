"""Whether a step may use a model, which one, with what of a person's data, and for how much."""
