"""Accounts (账号): appointing, handing over, first passwords, sign-in log, sessions, second factor, rosters."""
