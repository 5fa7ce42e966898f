"""How models are trained: the configuration, and one loop that knows nothing but `loss(batch)`.

    settings        every setting of the loop
    batches         which items make a batch, and in which order
    split           documents held out for development
    loop            fit(model, batches, ...): the loop
    monitors/       what watches it: a log, the terminal, TensorBoard
    runs            logs read again: listed and compared
    tune            settings searched for

Only `loop` and its neighbours (optimizers, moving_average, precision, devices, seeds, checkpoint) load torch.
"""
