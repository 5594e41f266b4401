"""What the pages of cases show: facts, lanes, gates, next acts, evidence, history, forms. Rules stay below."""
