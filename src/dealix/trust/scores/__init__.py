"""How far a lead, an affiliate, a company or a connector is to be trusted, 0–100, with factors."""
