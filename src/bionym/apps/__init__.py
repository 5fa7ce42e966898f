"""Programs over the rooms below; no NER logic lives here."""
