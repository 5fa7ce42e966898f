"""How models are trained: the configuration here, the loop beside it when a model needs one."""
