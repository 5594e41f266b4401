"""People (单位、职务、人员): units, posts, persons, accounts, and who is looking."""
