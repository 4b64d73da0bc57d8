"""What statistics say of a track's marks: reliability, leniency, flags, where more judges pay. Advice, never a score.

Pure: arrays and fractions in, findings out. The calibrated ranking itself is `judging/calibration/`.
"""
