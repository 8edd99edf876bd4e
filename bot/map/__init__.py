"""The open tickets on a map: what stands where, drawn together by the server so that no browser gets them all."""
