"""What a team can print: the receipt, the entry, the commitment letter. Words here, layout in the `*.typ` beside."""
