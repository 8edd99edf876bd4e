"""What coordinators do: triage, tickets at their desk, holding and blocking conversations."""
