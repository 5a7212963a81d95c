defmodule App.Blog do
  use Ash.Domain

  resources do
    resource App.Blog.Category
    resource App.Blog.Comment
    resource App.Blog.Post
    resource App.Blog.PostTag
    resource App.Blog.Tag
    resource App.Blog.UserFollowedTag
  end
end
