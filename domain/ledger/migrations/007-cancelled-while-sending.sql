-- A subscription may go away while its file is being sent. What would be tried again is over then.
INSERT INTO allowed_move VALUES ('delivery', 'sending', 'cancelled');
