"""Files (附件与照片): originals by digest, and where they are used."""
