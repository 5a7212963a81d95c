defmodule App.Blog do
  use Ash.Domain

  resources do
    resource App.Blog.Category do
      define :create_category, action: :create
      define :get_category, action: :read, get_by: [:id]
      define :update_category, action: :update
    end

    resource App.Blog.Comment

    resource App.Blog.Post do
      define :delete_post, action: :destroy
      define :get_post_by_slug, action: :read, get_by: [:slug], not_found_error?: false
    end

    resource App.Blog.PostTag

    resource App.Blog.Tag do
      define :create_tag, action: :create
      define :delete_tag, action: :destroy
      define :get_tag, action: :read, get_by: [:id]
      define :get_tag_by_name, action: :read, get_by: [:name], not_found_error?: false
      define :list_tags, action: :read
      define :update_tag, action: :update
    end

    resource App.Blog.UserFollowedTag
  end
end
