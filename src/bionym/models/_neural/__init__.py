"""What neural taggers share: sentences as they learn them, heads, merging, and prediction without torch."""
