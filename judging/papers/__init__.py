"""What judging prints: letters of appointment, minutes of draws, sealed score sheets. Words here, layout in the `*.typ` beside."""
