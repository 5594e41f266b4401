"""One machinery for all registers: filters, columns, orders, pages by key, saved views, bulk acts, export.

A register says what it offers (`spec`), the address says what is wanted (`address`), `page` makes the context of the
page from both. Nothing in here knows what a lead or a case is.
"""
