"""Networks without torch: how they are opened and how they multiply.

importing     the only place that imports onnxruntime, with its telemetry switched off
sessions      a graph, made ready to run
arithmetic    products in float32 or int8
whole_numbers matrices as whole numbers
int8          a graph whose products are those of whole numbers
"""
