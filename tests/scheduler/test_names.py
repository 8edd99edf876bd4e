"""Workers are told apart by their names."""

from scheduler.worker import own_name


def test_two_workers_with_one_host_name_and_process_id_are_two() -> None:
    """As in containers: the first process of each has the number 1, and cloned hosts have one name."""
    assert own_name() != own_name()
