# Put the parts of the page together: a line "@PART NAME@" of frame.html becomes the file NAME,
# "@SCRIPT@" the compiled modules.
function put(file,   line, found)
{
	while ((found = (getline line <file)) > 0)
		print line
	if (found < 0) {
		printf "assemble.awk: %s: cannot be read\n", file >"/dev/stderr"
		exit failed = 1
	}
	close(file)
}

/^@PART / {
	sub(/@$/, "", $2)
	put(directory "/" $2)
	next
}

/^@SCRIPT@$/ {
	put(script)
	next
}

{ print }
