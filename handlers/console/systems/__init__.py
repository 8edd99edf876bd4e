"""Other systems that are told what happens to tickets."""
