"""Networks without torch: how they are opened and how they multiply.

arithmetic    products in float32, or in whole numbers of eight bits
int8          a graph whose products are those of whole numbers
"""
