"""The door for programs: HTTP under `/api/v1`, described by `/openapi.json`."""
