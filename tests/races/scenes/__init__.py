"""What the runners of each race do."""
