"""Study tools: what a class's papers teach, and questions and cards made from them."""
