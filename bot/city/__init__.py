"""A city as its config.yml describes it: agencies, services, deadlines, policies, prices, routing."""
