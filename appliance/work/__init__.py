"""What students make and what comes of it: files, ticks, words, quizzes, reviews, outcomes."""
