"""Personal tokens (个人令牌): how programs sign in, what they may touch, how often, and which call was made already."""
