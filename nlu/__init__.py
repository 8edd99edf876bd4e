"""How text becomes meaning: the app's side of the NLU server. Nothing here imports Rasa."""
