"""Room for change detection and volumes on rasters; empty in this release."""
