"""What the pages of judging read: one module per page, each in a fixed number of queries, ready for plain templates.

Redaction happens here. What a judge reads is built from named parts of the submitted version; who is in the team and for
whom they work is never among them, so no template can show it by mistake.
"""
