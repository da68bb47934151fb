"""What hidden tests use: it knows the right answers, so no notebook for students holds it."""
