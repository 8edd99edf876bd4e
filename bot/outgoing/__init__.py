"""What is written to citizens, agencies and coordinators: the outbox, ways, and letters about a case."""
