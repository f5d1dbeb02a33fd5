"""HubSpot's CRM, played: the calls that Dealix makes, with HubSpot's own bodies and headers."""
