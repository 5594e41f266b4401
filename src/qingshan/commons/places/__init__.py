"""Places (行政区划与范围): divisions and areas."""
