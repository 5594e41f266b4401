"""Campaigns (专项行动): campaigns and the versions of their plans."""
