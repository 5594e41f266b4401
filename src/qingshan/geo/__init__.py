"""Geometry without a database (空间计算): datums, foreign files, repair, routing by location. No Django.

Everything inside is CGCS2000 longitude and latitude (EPSG:4490) in degrees; lengths are metres and areas square metres
in the 3-degree Gauss-Krüger zone of the place. `qingshan.geo.readers` and what it loads belong to the worker and the
command line only.
"""
