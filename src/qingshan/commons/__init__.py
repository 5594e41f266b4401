"""Django applications that know no mining."""
