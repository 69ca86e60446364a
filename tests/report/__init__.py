"""What pages say: snapshots built in memory, judged as Documents."""
