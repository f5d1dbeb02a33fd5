"""GLEIF and OpenCorporates, played: directories that list companies by their names."""
