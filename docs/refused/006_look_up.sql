UPDATE ticket SET state = step.next FROM step WHERE ticket.state = step.state;
