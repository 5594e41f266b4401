"""Office pages (办公端): server-rendered, in the language of the design, over the contexts' public doors."""
