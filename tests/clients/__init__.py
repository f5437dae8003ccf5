"""Other people's clients of Access, behind `cfaccess local`."""
