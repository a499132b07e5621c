"""From gold to model: train, export, card. Needs the `training` extra; not part of the wheel."""
