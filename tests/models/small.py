"""Settings of a small BiLSTM-CRF that learns in seconds; what a test lays over them comes behind."""

SMALL = (
    "network.lists={}",
    "network.recurrent.size=24",
    "network.characters.size=12",
    "network.words.dim=20",
    "network.dropout=0.1",
    "training.moving_average=0.0",
    "training.batch_tokens=256",
)
