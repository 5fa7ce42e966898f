"""What watches a training, one file each: four methods, as `bionym.training.events.Monitor` has them."""
