"""Faults: what is done to a running city, what must be true of it afterwards, and what it cost.

A test does something to a :class:`tests.journeys.town.Town`, ends with :func:`tests.faults.audit.audit` and notes
its :mod:`cost <tests.faults.cost>` for the table at the end of the run. Long forms are marked ``faults`` (`make
faults`), short ones ``faults_quick`` (`make faults-quick`) or not at all: those run in `make test` as well.
"""
